// An AuthZEN 1.0 front of Open Policy Agent: the decision point that is not ours, for the tests of `policy.engine`.
//
// OPA decides, by the Rego policy in the folder that is named; this program only reads the question and writes the answer.
//
//	opa-front --listen 127.0.0.1:PORT --policy FILE
package main

import (
	"context"
	"encoding/json"
	"flag"
	"log"
	"net/http"
	"os"

	"github.com/open-policy-agent/opa/v1/rego"
)

const query = "data.modelward.allow"

type part = map[string]any

type evaluation struct {
	Subject  part `json:"subject,omitempty"`
	Action   part `json:"action,omitempty"`
	Resource part `json:"resource,omitempty"`
	Context  part `json:"context,omitempty"`
}

type batch struct {
	evaluation
	Evaluations []evaluation `json:"evaluations"`
}

type decision struct {
	Decision bool `json:"decision"`
}

func main() {
	listen := flag.String("listen", "127.0.0.1:8181", "the address to listen on")
	policy := flag.String("policy", "policy.rego", "the Rego policy that decides")
	flag.Parse()
	text, err := os.ReadFile(*policy)
	if err != nil {
		log.Fatal(err)
	}
	prepared, err := rego.New(rego.Query(query), rego.Module(*policy, string(text))).PrepareForEval(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	decide := func(ctx context.Context, asked evaluation) (decision, error) {
		results, err := prepared.Eval(ctx, rego.EvalInput(map[string]any{
			"subject": asked.Subject, "action": asked.Action, "resource": asked.Resource, "context": asked.Context,
		}))
		return decision{results.Allowed()}, err
	}
	http.HandleFunc("POST /access/v1/evaluation", func(w http.ResponseWriter, r *http.Request) {
		var asked evaluation
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		one, err := decide(r.Context(), asked)
		write(w, one, err)
	})
	http.HandleFunc("POST /access/v1/evaluations", func(w http.ResponseWriter, r *http.Request) {
		var asked batch
		if err := json.NewDecoder(r.Body).Decode(&asked); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		answers := make([]decision, 0, len(asked.Evaluations))
		for _, item := range asked.Evaluations {
			one, err := decide(r.Context(), merge(asked.evaluation, item))
			if err != nil {
				write(w, nil, err)
				return
			}
			answers = append(answers, one)
		}
		write(w, map[string]any{"evaluations": answers}, nil)
	})
	log.Fatal(http.ListenAndServe(*listen, nil))
}

func merge(defaults, item evaluation) evaluation {
	if item.Subject == nil {
		item.Subject = defaults.Subject
	}
	if item.Action == nil {
		item.Action = defaults.Action
	}
	if item.Resource == nil {
		item.Resource = defaults.Resource
	}
	if item.Context == nil {
		item.Context = defaults.Context
	}
	return item
}

func write(w http.ResponseWriter, answer any, err error) {
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("content-type", "application/json")
	_ = json.NewEncoder(w).Encode(answer)
}
