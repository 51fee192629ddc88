# Texts of panels. Keys are kebab-case and begin with the panel's name.
