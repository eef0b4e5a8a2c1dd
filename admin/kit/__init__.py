"""What every command uses: command line, help, runtime, output, texts, refusals."""
