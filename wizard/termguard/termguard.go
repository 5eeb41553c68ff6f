// Package termguard keeps Bubble Tea from asking the terminal for its background
// colour when the program starts. That question, asked in a package init, costs
// every command up to five seconds on a terminal that does not answer
// (https://github.com/charmbracelet/bubbletea/issues/1071). Nothing comes in here
// and nothing goes out: importing it is enough.
//
// It works by coming first: Go initialises packages that are ready in order of
// import path, and this module's path sorts before Bubble Tea's. It needs no
// answer: only the terminal's own sixteen colours are used.
//
// Here the tour through the rooms ends.
package termguard

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
