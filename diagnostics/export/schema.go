package export

import (
	"embed"
	"strings"
)

//go:embed schema/*.json
var schemas embed.FS

// Schemas lists the kinds of JSON that have a published schema.
func Schemas() []string { return []string{"ticket", "analysis", "check", "lockout"} }

// Schema gives the JSON Schema (2020-12) of a kind of output. An unknown kind is
// an error that lists the known ones. Keys may be added to the output in time,
// so the schemas do not forbid others.
func Schema(kind string) ([]byte, error) {
	b, err := schemas.ReadFile("schema/" + kind + ".json")
	if err != nil || strings.ContainsAny(kind, "./\\") {
		return nil, &FormatError{Format: kind, Known: Schemas()}
	}
	return b, nil
}
