"""The Today view: what needs the operator, how campaigns pace, and when things may be published."""
