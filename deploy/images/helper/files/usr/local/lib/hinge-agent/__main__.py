"""Runs commands in the namespaces of this node's containers, for the operator and for people: see PROTOCOL.md."""

import sys

if sys.argv[1:] == ["attach"]:
    from attach import attach

    sys.exit(attach())
else:
    from agent import Agent

    Agent().run()
