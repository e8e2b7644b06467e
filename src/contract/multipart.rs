//! Multipart bodies (RFC 7578).
