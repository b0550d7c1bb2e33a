//! When two samples differ.
