"""The official HTTP API: transport, limits, sign-in, endpoints and the conversion between wire and domain; no Qt, no SQL."""
