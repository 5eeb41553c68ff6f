package deliverylog

import (
	"crypto/rand"
	"os"
	"path/filepath"
)

// TempFile makes a temporary file for this process alone, in the folder that the
// system has for them. It is gone when it is closed, and when the process ends,
// however it ends; nobody has to remove it.
func TempFile() (*os.File, error) {
	name := filepath.Join(os.TempDir(), "otpdoctor-"+rand.Text())
	f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL|goneWhenClosed, 0o600)
	if err != nil {
		return nil, err
	}
	if goneWhenClosed == 0 {
		err = os.Remove(name)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}
