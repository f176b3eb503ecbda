"""Real servers on real sockets: uvicorn, hypercorn or granian in a thread, and clients that talk to them."""
