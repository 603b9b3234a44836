"""Ground that every layer stands on: errors, tasks, clock, events, configuration, logging, resources."""
