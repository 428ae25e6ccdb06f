namespace StreamLog.Generators;

/// <summary>How the items of a field are encoded.</summary>
internal enum WireType
{
    Boolean,
    Int8,
    Int16,
    UInt16,
    Int32,
    UInt32,
    Int64,
    Float64,
    Uuid,
    String,
    Bytes,
    Records,
    Struct,
}
