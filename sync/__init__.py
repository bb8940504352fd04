"""The companion API `pingtopass-sync`: accounts, devices and the exchange of learner events. Stateless: all that it
keeps is in its database. It never reads a learner's actions beyond their envelope."""
