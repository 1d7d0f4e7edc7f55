package dev.tenth.serve.text;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.tenth.recipe.TextModel.Token;
import io.quarkus.runtime.annotations.RegisterForReflection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A completion, or a piece of one, as OpenAI's clients know it.
 *
 * @param usage left out of the pieces but a last one, if that was asked for
 */
@RegisterForReflection
record Completion(
        String id,
        String object,
        long created,
        String model,
        List<Choice> choices,
        @JsonInclude(JsonInclude.Include.NON_NULL) Usage usage) {

    /**
     * One text.
     *
     * @param finishReason null before its end
     */
    @RegisterForReflection
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Choice(String text, int index, Logprobs logprobs, String finishReason) {}

    /** Numbers of characters. */
    @RegisterForReflection
    @JsonNaming(SnakeCaseStrategy.class)
    record Usage(int promptTokens, int completionTokens, int totalTokens) {}

    /** What is known of each character of a text, in columns. */
    @RegisterForReflection
    @JsonNaming(SnakeCaseStrategy.class)
    record Logprobs(
            List<String> tokens,
            List<Double> tokenLogprobs,
            List<Map<String, Double>> topLogprobs,
            List<Integer> textOffset) {
        /**
         * @param offset of the first character, from the prompt's begin
         */
        static Logprobs of(List<Token> tokens, int offset) {
            return new Logprobs(
                    tokens.stream().map(Token::text).toList(),
                    tokens.stream().map(Token::logProbability).toList(),
                    tokens.stream().map(Logprobs::likeliest).toList(),
                    IntStream.range(offset, offset + tokens.size()).boxed().toList());
        }

        /** The likeliest characters, and the one that was drawn. */
        private static Map<String, Double> likeliest(Token token) {
            Map<String, Double> all = new LinkedHashMap<>(token.likeliest());
            all.put(token.text(), token.logProbability());
            return all;
        }
    }
}
