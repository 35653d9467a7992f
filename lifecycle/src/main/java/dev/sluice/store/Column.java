package dev.sluice.store;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// One column of a set-based statement: an array that `unnest` turns into rows again.
///
/// @param sqlType the type of the elements, such as `uuid`
/// @param value the element of a row; its text form is what PostgreSQL reads
record Column<T>(String sqlType, Function<T, @Nullable Object> value) {

  /// Binds one array per column, in their order.
  static <T> void bind(PreparedStatement statement, List<Column<T>> columns, List<T> rows)
      throws SQLException {
    Connection connection = statement.getConnection();
    for (int i = 0; i < columns.size(); i++) {
      Column<T> column = columns.get(i);
      @Nullable Object[] elements = new @Nullable Object[rows.size()];
      for (int row = 0; row < elements.length; row++) {
        @Nullable Object element = column.value().apply(rows.get(row));
        elements[row] = element instanceof String text ? encodable(text) : element;
      }
      statement.setArray(i + 1, connection.createArrayOf(column.sqlType(), elements));
    }
  }

  /// The text itself, when it has a form in UTF-8. The driver would write a question mark for an
  /// unpaired surrogate and nobody would know.
  ///
  /// @throws SQLException as the server refuses text that it cannot represent
  static String encodable(String text) throws SQLException {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new SQLException("Text with an unpaired surrogate", "22021");
    }
    return text;
  }
}
