// jpeglib.h uses FILE without including stdio.h.
#include <stdio.h>
#include <jpeglib.h>
#include <jerror.h>
