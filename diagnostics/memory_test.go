package diagnostics

import (
	"os"
	"testing"
)

func TestMemoryOf(t *testing.T) {
	meminfo := "MemFree:  1 kB\nMemTotal:       16000000 kB\nHugePages_Total:       0\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  int64
	}{
		{"a machine", map[string]string{"/proc/meminfo": meminfo}, 16000000 << 10},
		{"a container", map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": "536870912\n"}, 512 << 20},
		{"one without a limit", map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory.max": "max\n"}, 16000000 << 10},
		{"one of the older kind", map[string]string{"/proc/meminfo": meminfo, "/sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712\n"}, 16000000 << 10},
		{"nobody says", nil, 0},
		{"nonsense", map[string]string{"/proc/meminfo": "MemTotal: -5 kB\nMemTotal: x kB\n"}, 0},
	} {
		got := memoryOf(func(path string) ([]byte, error) {
			if text, ok := c.files[path]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		if got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
	if DefaultMaxMemory() <= 0 {
		t.Errorf("default %d", DefaultMaxMemory())
	}
}
