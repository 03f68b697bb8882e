"""The model that tests of what ships train, in the place of a real one."""

SHIPPED_NAME = "autoencoder-mnist"
