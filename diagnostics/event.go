package diagnostics

import (
	"cmp"
	"time"
)

// EventKind names what happened to a case.
type EventKind string

// The kinds of event. They stand in case files and never change their meaning.
const (
	EventBegan    EventKind = "began"    // Value: the case's id
	EventTopic    EventKind = "topic"    // Value: FAQ topic id
	EventNumbers  EventKind = "numbers"  // Values: as typed
	EventCarrier  EventKind = "carrier"  // Value: as the caller named it
	EventFirm     EventKind = "firm"     // Value: the firm's address
	EventContact  EventKind = "contact"  // Values: name and e-mail of whom to ask at the firm
	EventReadAs   EventKind = "read_as"  // ReadAs
	EventLogs     EventKind = "logs"     // Files
	EventIdentity EventKind = "identity" // Files
	EventStep     EventKind = "step"     // Step: checklist step, Value: the answer as given
	EventReopen   EventKind = "reopen"   // Step: asked again
	EventQuestion EventKind = "question" // Step: question id, Value: the answer, empty to take it back
	EventDraft    EventKind = "draft"    // Step: the field, Value: what stands in it and is not entered yet
	EventUndo     EventKind = "undo"     // of the last step, reopen or question
	EventRedo     EventKind = "redo"
	EventExported EventKind = "exported" // Value: file name
	EventClosed   EventKind = "closed"   // left on purpose
)

// Event is one line of a case file.
type Event struct {
	At     time.Time `json:"at"`
	Kind   EventKind `json:"event"`
	Step   string    `json:"step,omitempty"`
	Value  string    `json:"value,omitempty"`
	Values []string  `json:"values,omitempty"`
	Files  []FileRef `json:"files,omitempty"`
	ReadAs *ReadAs   `json:"read_as,omitempty"`
}

// field is the one whose text was entered with an event, "" for none.
func (e Event) field() string {
	switch e.Kind {
	case EventNumbers, EventCarrier, EventFirm, EventLogs, EventIdentity:
		return string(e.Kind)
	case EventStep, EventQuestion:
		return DraftOf(e.Kind, e.Step)
	}
	return ""
}

// ReadAs is how the logs of a case are read where that was not left to them, so
// that a case resumed elsewhere reads the same.
type ReadAs struct {
	Map    map[string]string `json:"map,omitempty"` // field to column
	Format string            `json:"format,omitempty"`
	Region string            `json:"region,omitempty"`
	Zone   string            `json:"zone,omitempty"`
}

// readAs takes out of options what a case keeps of them; UTC is what holds anyway.
func readAs(o Options) ReadAs {
	r := ReadAs{Map: o.Map, Format: o.Format, Region: o.Region}
	if o.Zone != nil && o.Zone != time.UTC && o.Zone.String() != "UTC" {
		r.Zone = o.Zone.String()
	}
	return r
}

// under gives options with what they leave open filled in from r.
func (r ReadAs) under(o Options) Options {
	if len(o.Map) == 0 {
		o.Map = r.Map
	}
	o.Format = cmp.Or(o.Format, r.Format)
	o.Region = cmp.Or(o.Region, r.Region)
	if zone, err := time.LoadLocation(r.Zone); err == nil && r.Zone != "" && readAs(o).Zone == "" {
		o.Zone = zone
	}
	return o
}

// FileRef names a log: where it lies and what it held, never its rows.
type FileRef struct {
	Path   string `json:"path"`
	Size   int64  `json:"size,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}
