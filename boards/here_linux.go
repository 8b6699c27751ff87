package boards

import "os"

// system reads the files of Linux and Android.
func system() *Facts { return Gather(os.DirFS("/")) }
