//! Regular expressions: ECMA-262 to engines that cannot be made to hang.
