package wizard

import (
	"reflect"

	tea "github.com/charmbracelet/bubbletea"
)

// sequence takes the commands out of what tea.Sequence makes, whose type is not
// exported; a quit is a message as any other.
func sequence(msg tea.Msg) ([]tea.Cmd, bool) {
	v := reflect.ValueOf(msg)
	if v.Kind() != reflect.Slice || v.Type().Elem() != reflect.TypeFor[tea.Cmd]() {
		return nil, false
	}
	cmds := make([]tea.Cmd, v.Len())
	for i := range cmds {
		cmds[i] = v.Index(i).Interface().(tea.Cmd)
	}
	return cmds, true
}
