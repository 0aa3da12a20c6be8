"""One module per noun; each has one value, `noun`. Whoever adds a module here has added a noun."""
