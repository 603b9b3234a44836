"""The one loop between this computer and the platform: write what was decided, then read what changed."""
