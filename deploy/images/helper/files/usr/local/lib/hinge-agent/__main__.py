"""Runs commands in the namespaces of this node's containers, for the operator: see PROTOCOL.md."""

from agent import Agent

Agent().run()
