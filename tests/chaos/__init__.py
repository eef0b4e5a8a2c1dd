"""Weather: clocks jump, processes stop, strangers push, while citizens are served."""
