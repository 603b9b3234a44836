"""The Charts view: tiles, trend, funnel, creators, audience and comments of published orders."""
