package wizard

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// entry is a file or folder offered for a log field.
type entry struct {
	path   string // as it would be typed
	name   string
	folder bool
	size   int64
}

// offer lists what a half-typed path may become: the entries of its folder that
// begin with its last element, folders first. Hidden files come only where a dot
// was typed. It reads the disk: run it in a command.
func offer(typed string) []entry {
	typed = unquote(typed)
	dir, base := filepath.Split(expandHome(typed))
	shown, _ := filepath.Split(typed)
	if typed == "~" {
		dir, base, shown = expandHome("~/"), "", "~/"
	}
	look := dir
	if look == "" {
		look = "."
	}
	list, err := os.ReadDir(look)
	if err != nil {
		return nil
	}
	var out []entry
	for _, e := range list {
		name := e.Name()
		if strings.HasPrefix(name, ".") && !strings.HasPrefix(base, ".") || !hasPrefix(name, base) {
			continue
		}
		item := entry{path: shown + name, name: name, folder: e.IsDir()}
		info, err := os.Stat(filepath.Join(look, name)) // follows links, unlike e.Info
		if err == nil {
			item.folder, item.size = info.IsDir(), info.Size()
		}
		if item.folder {
			item.path += string(filepath.Separator)
		}
		out = append(out, item)
	}
	slices.SortStableFunc(out, func(a, b entry) int {
		if a.folder != b.folder {
			if a.folder {
				return -1
			}
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	return out
}

// hasPrefix compares as the file systems of the platform do.
func hasPrefix(name, prefix string) bool {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		return len(name) >= len(prefix) && strings.EqualFold(name[:len(prefix)], prefix)
	}
	return strings.HasPrefix(name, prefix)
}

// completion is what all offers have in common beyond what was typed.
func completion(typed string, offers []entry) string {
	if len(offers) == 0 {
		return ""
	}
	common := offers[0].path
	for _, e := range offers[1:] {
		for !strings.HasPrefix(e.path, common) {
			common = common[:len(common)-1]
		}
	}
	for common != "" && common[len(common)-1]&0xc0 == 0x80 { // never half a letter
		if strings.ToValidUTF8(common, "") == common {
			break
		}
		common = common[:len(common)-1]
	}
	if rest, ok := strings.CutPrefix(common, unquote(typed)); ok {
		return rest
	}
	return ""
}

func expandHome(path string) string {
	if path != "~" && !strings.HasPrefix(path, "~/") && !strings.HasPrefix(path, `~\`) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return home + path[1:]
}

// unquote takes away what a terminal puts around a file dropped on it.
func unquote(s string) string {
	s = strings.TrimSpace(s)
	if len(s) >= 2 && (s[0] == '\'' || s[0] == '"') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	if rest, ok := strings.CutPrefix(s, "file://"); ok {
		return rest
	}
	return s
}

// paths splits what stands in a log field into paths: several are separated by
// spaces where they are quoted or escaped, as terminals write files dropped on
// them. A text that is itself an existing file is that file, spaces and all.
func paths(text string) []string {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	if _, err := os.Stat(expandHome(unquote(text))); err == nil {
		return []string{expandHome(unquote(text))}
	}
	var out []string
	var word strings.Builder
	var quote rune
	started := false
	flush := func() {
		if started {
			out = append(out, expandHome(strings.TrimPrefix(word.String(), "file://")))
		}
		word.Reset()
		started = false
	}
	escaped := false
	for _, r := range text {
		switch {
		case escaped:
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote == 0 && runtime.GOOS != "windows":
			escaped, started = true, true
		case quote != 0:
			if r == quote {
				quote = 0
			} else {
				word.WriteRune(r)
			}
		case r == '\'' || r == '"':
			quote, started = r, true
		case r == ' ' || r == '\n' || r == '\t':
			flush()
		default:
			word.WriteRune(r)
			started = true
		}
	}
	flush()
	return out
}

// resolve turns the text of a log field into files. A pattern such as logs/*.csv
// and a folder give the files in them. Names that match nothing are returned in missing.
// It reads the disk: run it in a command.
func resolve(text string) (files, missing []string) {
	for _, p := range paths(text) {
		info, err := os.Stat(p)
		switch {
		case p == "-":
			missing = append(missing, p)
		case err == nil && info.IsDir():
			list, _ := os.ReadDir(p)
			n := len(files)
			for _, e := range list {
				if e.Type().IsRegular() && !strings.HasPrefix(e.Name(), ".") {
					files = append(files, filepath.Join(p, e.Name()))
				}
			}
			if len(files) == n {
				missing = append(missing, p)
			}
		case err == nil:
			files = append(files, p)
		default:
			found, _ := filepath.Glob(p)
			if len(found) == 0 {
				missing = append(missing, p)
			}
			files = append(files, found...)
		}
	}
	return files, missing
}

// neighbours are the files beside a path that was not found, the likeliest first.
func neighbours(path string, n int) []string {
	list, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	want := strings.ToLower(filepath.Base(path))
	type near struct {
		name string
		same int
	}
	var all []near
	for _, e := range list {
		if e.IsDir() || strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if same := likeness(want, strings.ToLower(e.Name())); same > 0 {
			all = append(all, near{e.Name(), same})
		}
	}
	slices.SortStableFunc(all, func(a, b near) int { return b.same - a.same })
	var out []string
	for _, c := range all[:min(n, len(all))] {
		out = append(out, filepath.Join(filepath.Dir(path), c.name))
	}
	return out
}

// likeness counts the pairs of letters that two names share, less those they
// do not.
func likeness(a, b string) int {
	pairs := map[string]int{}
	for i := 0; i+2 <= len(a); i++ {
		pairs[a[i:i+2]]++
	}
	same := 0
	for i := 0; i+2 <= len(b); i++ {
		if pairs[b[i:i+2]] > 0 {
			pairs[b[i:i+2]]--
			same++
		}
	}
	return 3*same - (len(a)+len(b))/2
}
