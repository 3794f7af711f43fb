"""The way in for devices that speak MQTT: `manage.py device_bridge` (docs/devices.md)."""
