"""How bodies are read and written, by what they are."""
