# Texts of shell. Keys are kebab-case and begin with the panel's name.
