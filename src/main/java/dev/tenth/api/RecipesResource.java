package dev.tenth.api;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.http.Problem;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.run.LocalRuns;
import dev.tenth.text.Excerpt;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import java.util.Map;

/** The recipes with their presets and the JSON Schema of their parameters. */
@Path("/api/v1/recipes")
@Produces(MediaType.APPLICATION_JSON)
public class RecipesResource {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final LocalRuns runs;

    RecipesResource(LocalRuns runs) {
        this.runs = runs;
    }

    @GET
    public ObjectNode list() {
        ObjectNode list = JSON.createObjectNode();
        ArrayNode items = list.putArray("items");
        runs.recipes().forEach(recipe -> items.add(document(recipe)));
        list.putNull("next");
        return list;
    }

    @GET
    @Path("/{id}")
    public ObjectNode get(@PathParam("id") String id) {
        return runs.recipes().stream()
                .filter(recipe -> recipe.id().equals(id))
                .findFirst()
                .map(recipe -> document(recipe))
                .orElseThrow(() -> new Problem.Exception(
                        404,
                        "No such recipe",
                        "id: " + Excerpt.quoted(id) + " is not one of "
                                + runs.recipes().stream().map(Recipe::id).toList()));
    }

    private static <P extends Record & Parameters> ObjectNode document(Recipe<P> recipe) {
        Schema<P> schema = Schema.of(recipe);
        ObjectNode document = JSON.createObjectNode();
        document.put("id", recipe.id()).put("title", recipe.card().title());
        document.put("chapter", recipe.card().chapter().title())
                .put("story", recipe.card().story());
        ArrayNode abilities = document.putArray("abilities");
        for (Ability<P> ability : recipe.abilities()) {
            abilities.add(ability.name());
        }
        ArrayNode presets = document.putArray("presets");
        recipe.presets().forEach(preset -> {
            ObjectNode node = presets.addObject();
            node.put("name", preset.name()).put("help", preset.help()).put("source", preset.source());
            node.set("params", JSON.valueToTree(schema.values(preset.parameters())));
            ArrayNode bounds = node.putArray("bounds");
            preset.bounds().forEach(bound -> bounds.addObject()
                    .put("metric", bound.metric())
                    .put("relation", bound.relation().toString())
                    .put("limit", bound.limit())
                    .put("step", bound.step())
                    .put("note", bound.note()));
        });
        document.set("schema", jsonSchema(schema, recipe.presets().getFirst().parameters()));
        return document;
    }

    private static <P extends Record & Parameters> ObjectNode jsonSchema(Schema<P> schema, P defaults) {
        ObjectNode root = JSON.createObjectNode();
        root.put("$schema", "https://json-schema.org/draft/2020-12/schema").put("type", "object");
        root.put("additionalProperties", false);
        ObjectNode properties = root.putObject("properties");
        Map<String, Object> values = schema.values(defaults);
        for (Schema.Field field : schema.fields()) {
            ObjectNode property = properties.putObject(field.name());
            property.put(
                    "type",
                    switch (field.kind()) {
                        case INTEGER -> "integer";
                        case NUMBER -> "number";
                        case BOOLEAN -> "boolean";
                        case TEXT, CHOICE -> "string";
                    });
            Parameter about = field.about();
            property.put("description", about.help());
            property.set("default", JSON.valueToTree(values.get(field.name())));
            field.choices().forEach(choice -> property.withArray("enum").add(choice));
            bound(property, about.minExclusive() ? "exclusiveMinimum" : "minimum", about.min());
            bound(property, field.kind() == Schema.Kind.TEXT ? "maxLength" : "maximum", about.max());
            if (!about.unit().isEmpty()) {
                property.put("x-unit", about.unit());
            }
            if (about.turnable()) {
                property.put("x-turnable", true);
            }
            if (about.dataset().length > 0) {
                property.put("x-dataset", Schema.datasets(about));
            }
        }
        return root;
    }

    private static void bound(ObjectNode property, String name, double value) {
        if (value == Math.rint(value) && Double.isFinite(value)) {
            property.put(name, (long) value);
        } else if (Double.isFinite(value)) {
            property.put(name, value);
        }
    }
}
