"""Shared by all commands: command line, help, runtime, output, texts, refusals."""
