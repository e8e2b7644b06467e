//! The world: files, sockets, the clock. Everything asynchronous is here.
