// Greet hands a page to the Python package greeting and prints its answer.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

const (
	address = "https://greetings.example.org:8443/hello?lang=en#top"
	page    = "<!doctype html><title>A page</title><h1>Hello, <em>layers</em></h1>"
)

func main() {
	greeting := exec.Command("python3", "-m", "greeting", address)
	greeting.Stdin = strings.NewReader(page)
	greeting.Stderr = os.Stderr
	answer, err := greeting.Output()
	if err != nil {
		fmt.Fprintln(os.Stderr, "greet: Python does not answer:", err)
		os.Exit(1)
	}
	fmt.Print("Python says: ", string(answer))
}
