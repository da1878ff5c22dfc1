"""What the network families share."""

# Samples are centred before the first convolution: training starts faster, and the zero padding is a mid grey.
MIDDLE = 0.5
