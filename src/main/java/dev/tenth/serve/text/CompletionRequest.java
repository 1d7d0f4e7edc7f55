package dev.tenth.serve.text;

import static dev.tenth.serve.engine.Fields.shown;
import static dev.tenth.serve.engine.Fields.wrong;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tenth.http.ReceivedBody;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.Models;
import dev.tenth.torch.Randomness;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A request for completions as OpenAI's clients send it.
 *
 * @param model a run, or {@code run@step}
 * @param texts one for each choice, prompt by prompt
 * @param likeliest so many probable characters are named with each; nothing is told of them if empty
 * @param echo whether each choice begins with its prompt
 * @param usage whether a stream ends with the numbers of characters
 */
record CompletionRequest(
        String model, List<TextRequest> texts, OptionalInt likeliest, boolean echo, boolean stream, boolean usage) {
    private static final int DEFAULT_TOKENS = 16;
    private static final int MOST_CHOICES = 16;
    private static final int MOST_LIKELIEST = 5;
    /** Those that mean something here, and our own {@code top_k}. */
    private static final Set<String> FIELDS = Set.of(
            "model",
            "prompt",
            "max_tokens",
            "temperature",
            "top_p",
            "top_k",
            "n",
            "stream",
            "stream_options",
            "stop",
            "seed",
            "logprobs",
            "echo",
            "user",
            "best_of",
            "suffix",
            "presence_penalty",
            "frequency_penalty",
            "logit_bias");

    /**
     * Reads a request.
     *
     * @throws IllegalArgumentException naming the field, its value and what is allowed
     */
    static CompletionRequest read(ReceivedBody body) {
        Fields fields = Fields.of(body).only(FIELDS);
        refuseWhatIsNotThere(fields);
        int choices = (int) fields.integer("n", 1, 1, MOST_CHOICES);
        List<String> prompts = fields.has("prompt") ? fields.texts("prompt", MOST_CHOICES) : List.of("");
        if (prompts.isEmpty() || prompts.size() * choices > MOST_CHOICES) {
            throw wrong("n", prompts.size() + " × " + choices, "1 to " + MOST_CHOICES + " texts in one request");
        }
        OptionalInt likeliest = fields.has("logprobs")
                ? OptionalInt.of((int) fields.integer("logprobs", 0, 0, MOST_LIKELIEST))
                : OptionalInt.empty();
        boolean echo = fields.truth("echo");
        if (echo && likeliest.isPresent()) {
            throw wrong("echo", "true", "possible together with logprobs: those of the prompt are not computed");
        }
        List<TextRequest> texts = texts(fields, prompts, choices);
        boolean stream = fields.truth("stream");
        if (likeliest.isPresent() && !stream) {
            TextRequest.requireFewToKeep(
                    texts.stream().mapToLong(TextRequest::length).sum());
        }
        return new CompletionRequest(
                fields.required("model"),
                texts,
                likeliest,
                echo,
                stream,
                fields.inside("stream_options").truth("include_usage"));
    }

    private static List<TextRequest> texts(Fields fields, List<String> prompts, int choices) {
        int length = (int) fields.integer("max_tokens", DEFAULT_TOKENS, 1, TextRequest.LONGEST);
        long seed = TextRequest.seed(fields);
        List<TextRequest> texts = new ArrayList<>();
        for (String prompt : prompts) {
            for (int choice = 0; choice < choices; choice++) {
                // The first of several is what would be the only one.
                long own = choice == 0 ? seed : Randomness.mix(seed, "choice " + choice);
                texts.add(new TextRequest(prompt, length, TextRequest.choice(fields), TextRequest.stops(fields), own));
            }
        }
        return texts;
    }

    /** Fields that are taken where they ask for nothing. */
    private static void refuseWhatIsNotThere(Fields fields) {
        for (String name : List.of("presence_penalty", "frequency_penalty")) {
            if (fields.number(name, 0) != 0) {
                throw wrong(name, shown(fields.object().get(name)), "0: penalties are not supported");
            }
        }
        JsonNode bias = fields.inside("logit_bias").object();
        if (!bias.isEmpty()) {
            throw wrong("logit_bias", "an object", "empty: logit bias is not supported");
        }
        if (!fields.text("suffix").orElse("").isEmpty()) {
            throw wrong("suffix", "a text", "empty: a suffix is not supported");
        }
        long choices = fields.integer("n", 1, 1, MOST_CHOICES);
        if (fields.integer("best_of", choices, 1, MOST_CHOICES) != choices) {
            throw wrong("best_of", shown(fields.object().get("best_of")), "n: every text is returned");
        }
    }

    /** The run of a model. */
    static String run(String model) {
        int at = model.indexOf('@');
        return at < 0 ? model : model.substring(0, at);
    }

    /** The version of a model. */
    static String version(String model) {
        int at = model.indexOf('@');
        return at < 0 ? Models.LATEST : model.substring(at + 1);
    }

    /** The characters of the prompts, each counted once. */
    int promptCharacters() {
        return texts.stream()
                .map(TextRequest::prefix)
                .distinct()
                .mapToInt(prompt -> prompt.codePointCount(0, prompt.length()))
                .sum();
    }
}
