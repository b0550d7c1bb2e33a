//! Models: parameters in burn modules, recurrent layers as fused operations over own kernels.
