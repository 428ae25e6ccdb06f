using System.Net.Sockets;
using StreamLog.Protocol;
using StreamLog.Protocol.Messages;
using StreamLog.Protocol.Refusals;

namespace StreamLog.Kafka.Listening;

/// <content>How responses go out.</content>
internal sealed partial class KafkaConnection
{
    // So much goes to the socket at a time: as it takes it, the connection is seen to move.
    private const int ChunkBytes = 256 * 1024;

    private async Task SendAllAsync()
    {
        await foreach (PendingResponse pending in _outgoing.Reader.ReadAllAsync().ConfigureAwait(false))
            await SendAsync(pending).ConfigureAwait(false);
    }

    // Never throws: whoever comes after in the queue must be finished too. What goes wrong closes the connection.
    private async ValueTask SendAsync(PendingResponse pending)
    {
        object? response = null;
        try
        {
            response = await AnswerOfAsync(pending).ConfigureAwait(false);
            if (response is null)
                Close(); // The next answer would be taken for this one.
            else if (!_closing.IsCancellationRequested)
                await SendAsync(pending, response).ConfigureAwait(false);
        }
        catch (Exception exception) when (IsOrdinaryEnd(exception))
        {
            Log.Ended(_parts.Logger, _clientHost, exception.Message);
            Close();
        }
        catch (Exception exception)
        {
            Log.Failed(_parts.Logger, exception, _clientHost);
            Close();
        }
        finally
        {
            (response as IDisposable)?.Dispose();
            Interlocked.Decrement(ref _pending);
            pending.Finish();
        }
    }

    /// <summary>Waits for the broker's answer, or makes one out of its failure; <see langword="null"/> is none at
    /// all.</summary>
    private async ValueTask<object?> AnswerOfAsync(PendingResponse pending)
    {
        object message = pending.Request.Message;
        try
        {
            return await pending.Answer.ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_polling.IsCancellationRequested)
        {
            return null; // The client has gone, or the listener stops: nobody waits.
        }
        catch (StreamLogException exception) when (exception.ErrorCode == ErrorCode.NetworkException)
        {
            throw; // Somebody on the way has lost the request or its answer: so has the client.
        }
        catch (StreamLogException exception)
        {
            return Refusal.CreateResponse(message, exception.ErrorCode, exception.Message);
        }
        catch (Exception exception)
        {
            Log.RequestFailed(_parts.Logger, exception, pending.Request.Header.ApiKey, _clientHost);
            return Refusal.CreateResponse(message, ErrorCode.UnknownServerError, message: null);
        }
        finally
        {
            (message as IDisposable)?.Dispose();
            if (pending.HeldBytes > 0)
                _parts.Gate.Leave(pending.HeldBytes);
        }
    }

    private async ValueTask SendAsync(PendingResponse pending, object response)
    {
        if (response is IThrottledResponse { ThrottleTimeMs: > 0 and int throttled })
            Mute(throttled);
        if (pending.Request.IsUnanswered)
        {
            // The one way to tell a client that waits for no answer, so that it looks where the partition is now.
            if (HasError((ProduceResponse)response))
                throw new InvalidDataException("A produce request without acknowledgement was refused.");
            return;
        }

        _parts.Addresses.Complete(response);
        using RecordBuffer frame = Write(pending, response);

        // It is written: a client that reads slowly pins nothing of the log.
        (response as IDisposable)?.Dispose();
        await SendAsync(pending, frame).ConfigureAwait(false);
        if (_context.Session.HasFailed)
            throw new InvalidDataException("The authentication has failed.");
    }

    private async ValueTask SendAsync(PendingResponse pending, RecordBuffer frame)
    {
        ReadOnlyMemory<byte> bytes = frame.Memory;
        bool closes = false;
        if (_parts.Options.Wire is { } wire)
        {
            WireAction action = await wire
                .OnResponseAsync(FrameOf(pending.Request, pending.Context, bytes), _closing.Token)
                .ConfigureAwait(false);
            if (action.Kind == WireActionKind.HalfOpen)
                await StayHalfOpenAsync().ConfigureAwait(false);
            if (action.Kind == WireActionKind.Replace)
                (bytes, closes) = (action.Bytes, action.Closes);
            if (action.Resets)
                EndInReset();
        }

        await WriteAsync(bytes).ConfigureAwait(false);
        if (closes)
            throw new InvalidDataException("The connection is closed upon a response, as was asked for.");
    }

    private async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        _activity.Note();
        _activity.IsSending = true;
        while (bytes.Length > 0)
        {
            int count = Math.Min(bytes.Length, ChunkBytes);
            await _stream.WriteAsync(bytes[..count], _closing.Token).ConfigureAwait(false);
            _activity.Note();
            bytes = bytes[count..];
        }

        _activity.IsSending = false;
    }

    // Returns whether the request goes on to the broker.
    private async ValueTask<bool> PassesAsync(IWireSeam wire, DecodedRequest request, RecordBuffer frame)
    {
        WireAction action = await wire
            .OnRequestAsync(FrameOf(request, _context, frame.Memory), _closing.Token).ConfigureAwait(false);
        switch (action.Kind)
        {
            case WireActionKind.HalfOpen:
                await StayHalfOpenAsync().ConfigureAwait(false);
                return false;
            case WireActionKind.Replace:
                if (action.Resets)
                    EndInReset();
                await WaitUntilSentAsync().ConfigureAwait(false);
                await WriteAsync(action.Bytes).ConfigureAwait(false);
                return action.Closes
                    ? throw new InvalidDataException("The connection is closed upon a request, as was asked for.")
                    : false;
            default:
                return true;
        }
    }

    // Without the time to send what is left, the system says so by a reset.
    private void EndInReset() => _socket.LingerState = new LingerOption(enable: true, seconds: 0);

    // Until the listener stops, or the client has gone.
    private async ValueTask StayHalfOpenAsync() =>
        await Task.Delay(Timeout.InfiniteTimeSpan, _parts.Time, _polling.Token).ConfigureAwait(false);

    private WireFrame FrameOf(DecodedRequest request, RequestContext context, ReadOnlyMemory<byte> bytes) =>
        new(_parts.NodeId, context, request.Header, bytes);

    private static RecordBuffer Write(PendingResponse pending, object response)
    {
        if (!pending.IsRaw)
        {
            return ResponseFrame.Write(
                pending.Request.Api, pending.Request.ResponseVersion, pending.Request.Header.CorrelationId, response);
        }

        SaslAuthenticateResponse answer = (SaslAuthenticateResponse)response;
        return answer.ErrorCode == ErrorCode.None
            ? ResponseFrame.WriteRaw(answer.AuthBytes)
            : throw new InvalidDataException($"The authentication has failed: {answer.ErrorMessage}");
    }

    private static bool HasError(ProduceResponse response)
    {
        foreach (ProduceResponse.TopicProduceResponse topic in response.Responses)
        {
            foreach (ProduceResponse.PartitionProduceResponse partition in topic.PartitionResponses)
            {
                if (partition.ErrorCode != ErrorCode.None)
                    return true;
            }
        }

        return false;
    }
}
