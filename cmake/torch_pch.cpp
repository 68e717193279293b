// Only carries the precompiled header of cmake/Torch.cmake.
