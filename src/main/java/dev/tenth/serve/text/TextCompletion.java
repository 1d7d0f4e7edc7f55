package dev.tenth.serve.text;

import dev.tenth.recipe.TextModel.Token;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.text.Completion.Choice;
import dev.tenth.serve.text.Completion.Logprobs;
import dev.tenth.serve.text.Completion.Usage;
import dev.tenth.serve.text.TextGeneration.End;
import dev.tenth.serve.text.TextGeneration.Part;
import dev.tenth.serve.text.TextGeneration.Piece;
import dev.tenth.serve.text.TextGeneration.Reason;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.BiFunction;

/** One completion with all its choices, which are generated at the same time, by turns. */
final class TextCompletion {
    private final Engine engine;
    private final Version version;
    private final CompletionRequest request;
    private final List<Text> texts = new ArrayList<>();
    private final String id = "cmpl-" + UUID.randomUUID();
    private final long since = System.nanoTime();
    private final long created = System.currentTimeMillis() / 1000;

    TextCompletion(Engine engine, Version version, CompletionRequest request) {
        this.engine = engine;
        this.version = version;
        this.request = request;
        for (int i = 0; i < request.texts().size(); i++) {
            texts.add(new Text(i, request.texts().get(i)));
        }
    }

    /** All of it, when it is complete. */
    Uni<Completion> whole() {
        return generated(Text::keep)
                .collect()
                .last()
                .map(_ -> completion(texts.stream().map(Text::whole).toList(), usage()));
    }

    /** Piece by piece, as the texts are generated. */
    Multi<Completion> pieces() {
        Multi<Completion> pieces = generated(Text::next).map(choice -> completion(List.of(choice), null));
        return request.usage()
                ? Multi.createBy()
                        .concatenating()
                        .streams(pieces, Multi.createFrom().item(() -> completion(List.of(), usage())))
                : pieces;
    }

    /** All texts at the same time; of each, one part is generated ahead of the client. */
    private <T> Multi<T> generated(BiFunction<Text, Part, T> taken) {
        return Multi.createBy()
                .merging()
                .withConcurrency(texts.size())
                .withRequests(1)
                .streams(texts.stream()
                        .map(text -> text.parts().map(part -> taken.apply(text, part)))
                        .toList())
                .onCompletion()
                .invoke(() ->
                        engine.meters().answered(version.recipe().id(), "generate-text", System.nanoTime() - since));
    }

    private Completion completion(List<Choice> choices, Usage usage) {
        return new Completion(
                id, "text_completion", created, version.run().id() + "@" + version.name(), choices, usage);
    }

    private Usage usage() {
        int prompt = request.promptCharacters();
        int generated = texts.stream().mapToInt(text -> text.characters).sum();
        return new Usage(prompt, generated, prompt + generated);
    }

    /** One text, so far. */
    private final class Text {
        private final int index;
        private final TextRequest wish;
        private final StringBuilder kept = new StringBuilder();
        private final List<Token> tokens = new ArrayList<>();
        private int characters;
        private String reason;

        Text(int index, TextRequest wish) {
            this.index = index;
            this.wish = wish;
        }

        Multi<Part> parts() {
            return new TextGeneration(engine, version, wish, request.likeliest()).parts();
        }

        /** A part for {@link #whole}. */
        Text keep(Part part) {
            switch (part) {
                case Piece piece -> {
                    kept.append(piece.text());
                    tokens.addAll(piece.tokens());
                    characters += piece.text().codePointCount(0, piece.text().length());
                }
                case End end -> finish(end);
            }
            return this;
        }

        Choice whole() {
            return choice((request.echo() ? wish.prefix() : "") + kept, tokens, 0);
        }

        /** A part as a piece of the answer. */
        Choice next(Part part) {
            int before = characters;
            return switch (part) {
                case Piece piece -> {
                    characters += piece.text().codePointCount(0, piece.text().length());
                    String shown = request.echo() && before == 0 ? wish.prefix() + piece.text() : piece.text();
                    yield choice(shown, piece.tokens(), before);
                }
                case End end -> {
                    finish(end);
                    yield choice("", List.of(), before);
                }
            };
        }

        private void finish(End end) {
            reason = end.reason() == Reason.STOP ? "stop" : "length";
        }

        private Choice choice(String shown, List<Token> its, int from) {
            int prompt = wish.prefix().codePointCount(0, wish.prefix().length());
            Logprobs logprobs = its.isEmpty() ? null : Logprobs.of(its, prompt + from);
            return new Choice(shown, index, logprobs, reason);
        }
    }
}
