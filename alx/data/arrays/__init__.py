"""Arrays in .npz and .npy files: images, label maps, features."""
