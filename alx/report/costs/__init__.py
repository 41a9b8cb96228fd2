"""What labels cost: curves and labels needed by slices, voxels, mm, seconds."""
