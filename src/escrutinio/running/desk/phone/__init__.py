"""The scrutineer's phone: a page that goes on working without a network, and the server that it sends to."""
