package diagnostics

import "time"

// EventKind names what happened to a case.
type EventKind string

// The kinds of event. They stand in case files and never change their meaning.
const (
	EventBegan    EventKind = "began"    // Value: the case's id
	EventTopic    EventKind = "topic"    // Value: FAQ topic id
	EventNumbers  EventKind = "numbers"  // Values: as typed
	EventCarrier  EventKind = "carrier"  // Value: as the caller named it
	EventFirm     EventKind = "firm"     // Value: the firm's address
	EventLogs     EventKind = "logs"     // Files
	EventIdentity EventKind = "identity" // Files
	EventStep     EventKind = "step"     // Step: checklist step, Value: the answer as given
	EventReopen   EventKind = "reopen"   // Step: asked again
	EventQuestion EventKind = "question" // Step: question id, Value: the answer, empty to take it back
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
}

// FileRef names a log: where it lies and what it held, never its rows.
type FileRef struct {
	Path   string `json:"path"`
	Size   int64  `json:"size,omitempty"`
	SHA256 string `json:"sha256,omitempty"`
}
