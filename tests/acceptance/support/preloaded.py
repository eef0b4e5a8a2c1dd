"""The modules that `motcua serve` and `motcua demo` load on their way: see `forked`."""

# ruff: noqa: F401 - loaded to be there

import aiosqlite
import asyncpg
import sqlalchemy.dialects.postgresql.asyncpg
import sqlalchemy.dialects.sqlite.aiosqlite
import sqlalchemy.ext.asyncio

import admin.commands.demo
import admin.commands.dossiers
import admin.commands.invite
import admin.commands.serve
import bot.channels.telegram.channel
import bot.channels.web.channel
import bot.channels.zalo_bot.channel
import bot.channels.zalo_oa.channel
import bot.channels.zalo_template.channel
