"""The stages of loading the demo city, in order; each calls the apps' services and nothing below them."""
