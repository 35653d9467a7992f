package dev.sluice.store;

import io.micronaut.data.annotation.Query;
import io.micronaut.data.jdbc.annotation.JdbcRepository;
import io.micronaut.data.model.query.builder.sql.Dialect;
import io.micronaut.data.repository.GenericRepository;
import java.util.Optional;

/// Rows of `api_key`.
@JdbcRepository(dialect = Dialect.POSTGRES)
interface ApiKeyRepository extends GenericRepository<ApiKeyRow, String> {

  ApiKeyRow save(ApiKeyRow row);

  Optional<ApiKeyRow> findById(String id);

  /// Keeps the time of the first revocation.
  @Query(
      """
      update api_key set revoked_at = coalesce(revoked_at, now()) where id = :id
      """)
  long revoke(String id);
}
