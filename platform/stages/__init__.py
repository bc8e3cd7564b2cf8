"""The stages that commands are made of: render, read, extract, search. Each says what it does and resumes."""
