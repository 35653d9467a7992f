/// The contract of the API as an OpenAPI document: made from the route table, the closed sets of
/// the code and the JSON Schemas among the resources. Tests hold every answer against it.
@NullMarked
package dev.sluice.gateway.openapi;

import org.jspecify.annotations.NullMarked;
