"""The modules that `motcua serve` and `motcua demo` load on their way: see `forked`."""

import bot.channels.telegram.channel
import bot.channels.web.channel
import bot.channels.zalo_bot.channel
import bot.channels.zalo_oa.channel
import bot.channels.zalo_template.channel  # noqa: F401
