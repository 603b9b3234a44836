"""A stand-in for the Xingtu platform as its own process: official paths, a ledger, the other side of every order, and faults on request.

It stands beside the product: nothing above imports it, and it imports nothing of the product but `domain` and `core`. A module that
serves paths offers `routes(world) -> list[BaseRoute]`; `server.build_app(world)` puts them together.
"""
